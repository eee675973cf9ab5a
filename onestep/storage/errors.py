"""What can go wrong in storage.

StorageError
├── KeyMissing          no key, or a key too weak to use
├── Unreadable          a sealed value does not open: wrong key, or moved from where it was written
├── WrongVersion        the database was made by another version of Onestep
├── NoRoom              the disk is full or read-only
├── Damaged             the database cannot be read
├── Undone              the server undid a transaction that stood still; nothing was written
├── SpoolClosed         the folder where messages wait for the database cannot be used
├── LeaseLost           another worker took this row over; nothing of ours may be written
└── Overtaken           another worker was faster; nothing was written, look again
"""


class StorageError(Exception):
    """Storage could not do what was asked."""


class KeyMissing(StorageError):
    """There is no usable key: run `onestep migrate` or set ONESTEP_KEY_FILE to a key file."""


class Unreadable(StorageError):
    """A kept value does not open with the keys given: check ONESTEP_KEY_FILE."""


class WrongVersion(StorageError):
    """The database is of another version of Onestep, or is none: run `onestep migrate`."""


class NoRoom(StorageError):
    """The database cannot be written: free some disk space or make the data folder writable."""


class Damaged(StorageError):
    """The database is damaged: put a backup back. What comes in meanwhile waits in the spool."""


class Undone(StorageError):
    """The database server undid this, because nothing was said for too long; nothing was kept."""


class SpoolClosed(StorageError):
    """The spool folder cannot be used: make it writable, or set ONESTEP_SPOOL to one that is."""


class LeaseLost(StorageError):
    """Another worker holds this row now; this work was put aside and nothing was written."""


class Overtaken(StorageError):
    """Another worker has just used the room that this channel or address had."""
