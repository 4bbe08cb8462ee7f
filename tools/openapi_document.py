"""Write the OpenAPI document of this service to a file: ``python -m tools.openapi_document FILE``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tools.client_types import document

if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(document(), ensure_ascii=False), encoding="utf-8")
