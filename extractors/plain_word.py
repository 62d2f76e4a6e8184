"""The light reader of .doc: what antiword or catdoc print becomes lines and tables. Used only without LibreOffice."""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from extractors.confined import Limits, run_confined
from extractors.looks import folded_squares
from pipeline.document import Cell, Document, Line, Piece, Trouble, Unreadable

_LIMITS = Limits(wall=20.0, processor=20, memory=500_000_000, file=50_000_000)
