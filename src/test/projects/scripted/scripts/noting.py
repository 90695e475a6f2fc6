"""Keeps the order in which scripts ran: a line each."""

import os


def note(*words):
    line = " ".join(str(word) for word in words) + "\n"
    handle = os.open("notes.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(handle, line.encode())
    os.close(handle)
