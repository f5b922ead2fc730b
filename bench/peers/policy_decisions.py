"""Decisions of a policy on reads and writes all over its addresses, none of them remembered from before."""

from __future__ import annotations

import sys

from bench.peers.counting import Window, count
from bench.peers.policies import SPAN, policy
from port502.guard.engine import Engine, Moment
from port502.protocol.register_access import ReadHoldingRegistersRequest, WriteSingleRegisterRequest
from port502.service.call import Session

REQUESTS = 1000


def main() -> None:
    rules = int(sys.argv[2])
    engine, session = Engine(policy(rules)), Session("127.0.0.1", 5020)
    requests = [
        WriteSingleRegisterRequest(number % rules * SPAN + 7, number)
        if number % 5 == 0
        else ReadHoldingRegistersRequest(number % rules * SPAN, 10)
        for number in range(REQUESTS)
    ]

    def work(window: Window) -> None:
        while window.open():
            for request in requests:
                assert engine.decide(session, 1, request, Moment()).allowed
            window.add(REQUESTS)

    count(float(sys.argv[1]), work)


if __name__ == "__main__":
    main()
