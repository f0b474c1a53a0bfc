import asyncio
import json

from sqlalchemy.exc import DBAPIError

from app.queries.together import Together

MANY = [f"mrds-{number}" for number in (1, 2, 3, 4, 15)]


def test_each_is_given_its_own_and_nobody_has_the_id_of_nothing(ask, release):
    async def asked(connection):
        together = Together(connection.engine)
        return await asyncio.gather(*(together.one(release, one) for one in [*MANY, "mrds-0", "mrds-1"]))

    *bodies, nobody, again = ask(asked)
    assert [json.loads(body)["id"] for body in bodies] == MANY
    assert (nobody, again) == (None, bodies[0])


def test_those_who_ask_meanwhile_go_together(ask, release, statements):
    async def asked(connection):
        together = Together(connection.engine)
        first = asyncio.create_task(together.one(release, "mrds-1"))
        await asyncio.sleep(0.001)
        await asyncio.gather(first, *(together.one(release, one) for one in MANY))
        await together.one(release, "mrds-2")

    ask(asked)
    assert len(statements) in (2, 3)


def test_one_who_leaves_takes_nothing_from_the_others(ask, release):
    async def asked(connection):
        together = Together(connection.engine)
        leaving, staying = (asyncio.create_task(together.one(release, "mrds-1")) for _ in range(2))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying, leaving.cancelled(), await together.one(release, "mrds-2")

    body, left, later = ask(asked)
    assert left
    assert (json.loads(body)["id"], json.loads(later)["id"]) == ("mrds-1", "mrds-2")


def test_a_fault_is_told_to_each_and_the_next_question_is_a_new_one(ask, release):
    async def asked(connection):
        together = Together(connection.engine)
        faults = await asyncio.gather(*(together.one(release, "mrds-\0") for _ in range(2)), return_exceptions=True)
        return faults, await together.one(release, "mrds-1")

    faults, body = ask(asked)
    assert [isinstance(fault, (DBAPIError, ValueError)) for fault in faults] == [True, True]
    assert json.loads(body)["id"] == "mrds-1"
