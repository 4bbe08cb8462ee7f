"""Why something sealed does not open. No error repeats what was sealed or read."""

from __future__ import annotations

from graph_models.domain.errors import LastMeterError


class UnknownKey(LastMeterError):
    """The master key that sealed this is not in the key file."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"the key file holds no key {key_id!r}")
        self.key_id = key_id


class Undecipherable(LastMeterError):
    """What was sealed was changed, cut, or belongs to somebody else."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} does not open: it was changed or sealed for another owner")
        self.field = field


class BadKeyFile(LastMeterError):
    """The key file is not there, can be read by others, or is not one."""

    def __init__(self, rule: str) -> None:
        super().__init__(f"the key file must {rule}")
        self.rule = rule


class NoMasterKey(LastMeterError):
    """No master keys are configured, and nothing personal or secret is kept in the clear."""

    def __init__(self) -> None:
        super().__init__("set LASTMETER_KEYS_FILE to a file made by `lastmeter keys new`")
