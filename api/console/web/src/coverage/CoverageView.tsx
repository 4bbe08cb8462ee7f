export default function CoverageView() {
  return null;
}
