"""One world for many threads: commands go through its journal, questions through its lock.

Belongs here: opening a folder's world (made from its seed, then told again everything that it was told), doing a
command once, all of it or nothing. A refused command leaves no trace: every command looks before it moves anything.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from sandbox.living.journal import Journal
from sandbox.living.life import COMMANDS, LivingWorld
from sandbox.parameters import Parameters


class Simulation:
    """A world, its journal and the time of its servers.

    Servers' time (`server_time`) is the world's plus what has really passed since it was opened: tokens expire and
    limits refill both when a client waits and when the world's clock is moved. What the world says of itself is always
    its own time.
    """

    def __init__(self, folder: Path, *, parameters: Parameters) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self.journal = Journal(folder, parameters=parameters)
        self.world = LivingWorld(parameters)
        for name, body in self.journal.commands():
            COMMANDS[name](self.world, **body)
        self._opened_at = time.monotonic()
        # When pushes really came in: (number of the first push of a call, seconds since 1970). Not part of the world.
        self.push_times: list[tuple[int, float]] = []

    def server_time(self) -> float:
        """Seconds since 1970 by the servers' clock."""
        return self.world.now + time.monotonic() - self._opened_at

    def do(self, name: str, /, *, document: tuple[str, bytes] | None = None, **body: Any) -> Any:
        """Do a command and keep it, with the document that belongs to it.

        Raises:
            UnableToDo: in words, when the world refuses it.
        """
        with self.lock, self.journal.transaction():
            result = COMMANDS[name](self.world, **body)
            self.journal.append(name, body)
            if name == "push" and result:
                self.push_times.append((result[0].number, time.time()))
            if document is not None:
                self.journal.keep(*document)
            return result

    def close(self) -> None:
        """Leave the folder to another process."""
        with self.lock:
            self.journal.close()
