# SPDX-License-Identifier: MIT
"""Gives the programs that tests start the signals that a program gets at a terminal.

nohup ignores SIGHUP. A shell that is not interactive ignores SIGINT and SIGQUIT in programs that it puts in the background. A
signal that the tests ignore stays ignored in all programs that they start. A signal that the tests catch has its default there. So
the tests catch each ignored signal and do nothing: they themselves still ignore the signal, as their starter meant.
"""

import signal


def hand_on():
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
