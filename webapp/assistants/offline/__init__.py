"""The offline demonstration: a model that needs no key, for trying Parley and for its tests."""

from webapp.assistants.offline.model import OfflineModel

__all__ = ["OfflineModel"]
