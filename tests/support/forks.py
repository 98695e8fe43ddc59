"""Processes that begin at once: each is forked from one that has imported everything."""

import multiprocessing

forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(["tests.runs.killed", "tests.database_session.writer"])
