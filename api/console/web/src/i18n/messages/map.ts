/** The map beside the list. */
export const map = {
  "map.heading": ["Map", "地图"],
  "map.canvas": [
    "Map of the city; all that it shows is in the lists beside it",
    "城市地图；其内容均可在旁边的列表中查看",
  ],
  "map.layers": ["Layers", "图层"],
  "layer.needs": ["Needs", "需求"],
  "layer.providers": ["Providers", "服务方"],
  "layer.gaps": ["Coverage gaps", "覆盖缺口"],
  "map.in": ["Zoom in", "放大"],
  "map.out": ["Zoom out", "缩小"],
  "map.whole": ["Whole city", "全市"],
  "map.summary": [
    "Here and around: {needs} open needs, whatever the list''s filters; {providers} providers",
    "视野及周边：{needs} 条待办需求（不受列表筛选影响），{providers} 个服务方",
  ],
  "map.summary_needs": [
    "Here and around: {needs} open needs, whatever the list''s filters",
    "视野及周边：{needs} 条待办需求（不受列表筛选影响）",
  ],
  "map.legend": ["Legend", "图例"],
  "map.legend_needs": ["Needs, coloured by the most urgent", "需求（颜色为其中最紧急者）"],
  "map.legend_candidate": ["Suggested provider", "推荐的服务方"],
  "map.legend_circle": ["How far it travels", "服务半径"],
  "map.legend_radius": ["Search radius of the need", "需求的搜索半径"],
  "map.legend_gaps": ["Share of units unmet, by district", "各区未满足比例"],
  "map.share": ["{from} to {to}", "{from} 至 {to}"],
  "map.not_available": [
    "The map cannot be drawn here (no WebGL). The lists hold the same.",
    "此浏览器无法绘制地图（缺少 WebGL）。列表内容相同。",
  ],
  "map.gaps_none": [
    "No district is coloured: in none are there enough needs for the share to be shown.",
    "没有着色的区：各区需求数量均过少，不显示比例。",
  ],
  "map.gaps_hidden": ["–: too few needs to be shown", "–：数量过少，不显示"],
  "map.gaps_table": ["Share of needs unmet, as a list", "各区未满足比例列表"],
} as const;
