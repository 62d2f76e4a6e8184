"""What one mail may cost: how many parts, how deep, how many bytes. A cap that is hit is said, never passed over."""

from dataclasses import dataclass, field

from pipeline.mail import Part

HEAD, VALUE = 102_400, 8_192
"""Bytes of a message's head, and of one header in it, that are looked at."""
PARTS, DEPTH, ARCHIVE_DEPTH = 200, 20, 3
TOTAL = 150_000_000
"""Bytes that all parts together may have once unpacked."""
BODY = 2_000_000
"""Characters of a message's text that are looked at."""


@dataclass
class Budget:
    """What was found so far, and what is left to spend."""

    parts: list[Part] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    spent: int = 0
    sections: int = 0
    overrun: str = ""

    def note(self, sentence: str) -> None:
        """Keep a notice for a person, once."""
        if sentence not in self.notices and len(self.notices) < 20:
            self.notices.append(sentence)

    def may_open(self) -> bool:
        """True while another section of a message may be looked at; counts it."""
        self.sections += 1
        if self.sections > PARTS:
            self.overrun = f"It has more than {PARTS} parts; only the first {PARTS} were opened."
        return not self.overrun

    def add(self, part: Part) -> None:
        """List a part, unless the mail holds more parts or bytes than any mail to us."""
        self.spent += len(part.data)
        if len(self.parts) >= PARTS:
            self.overrun = f"It has more than {PARTS} parts; only the first {PARTS} were opened."
        elif self.spent > TOTAL:
            self.overrun = f"Unpacked it has more than {TOTAL // 1_000_000} MB; not everything was opened."
        else:
            self.parts.append(part)
