"""Hold what is installed against the advisories, and say so plainly where they cannot be read.

``python -m tests.audit`` ends with 1 if a locked version is known to be vulnerable, and with 0 if none
is or if nobody could say.
"""

from __future__ import annotations

import json
import subprocess
import sys

COMMAND = ("pip-audit", "--strict", "--disable-pip", "--format", "json", "--requirement")


def main(requirements: str) -> int:
    ran = subprocess.run(
        [sys.executable, "-m", "pip_audit", *COMMAND[1:], requirements],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found = [each for each in json.loads(ran.stdout)["dependencies"] if each.get("vulns")]
    except (json.JSONDecodeError, KeyError):
        reason = ran.stderr.strip().splitlines()[-1:] or ["no answer"]
        print(f"not audited: {reason[0]}")
        return 0
    for each in found:
        print(f"{each['name']} {each['version']}: {', '.join(vuln['id'] for vuln in each['vulns'])}")
    print(f"audited {requirements}: {len(found)} vulnerable")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
