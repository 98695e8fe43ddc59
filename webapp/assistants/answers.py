"""What is wrong with an answer that a model's server gave without saying so itself."""

from typing import Literal

Wrong = Literal["cut_off", "garbled", "empty", "too_much", "blocked", "model_error"]


class AnswerWrong(Exception):
    """The answer is not whole: without this a run would end as if it were."""

    def __init__(self, what: Wrong, code: str = "", detail: str = "") -> None:
        super().__init__(what, code, detail)
        self.what = what
        self.code = code
        """The server's own word for it, such as `rate_limit_exceeded`."""
        self.detail = detail
        """The server's own sentence: for the log, never for people."""
