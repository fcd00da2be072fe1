# SPDX-License-Identifier: MIT
"""Gives the programs that tests start the signals that a program gets at a terminal.

nohup ignores SIGHUP. A shell that is not interactive ignores SIGINT and SIGQUIT in programs that it puts in the background. An
ignored signal stays ignored in all programs that are started; a caught signal goes back to its default there. So the tests
catch the ignored signals, and do nothing then: the tests themselves behave as their starter meant.
"""

import signal


def hand_on():
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
