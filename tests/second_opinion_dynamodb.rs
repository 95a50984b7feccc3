//! The same writes and queries against two tables nobody can confuse: the simulated one, and an independent emulator's.
//!
//! Every row runs against the simulator's loopback server, and with `KEYSTEWARD_TEST_MOTO_URL` against a moto server as well, which
//! somebody else wrote. Both have to give the answers that are written here. `.ci/run` does both.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "second_opinion_dynamodb/tables.rs"]
mod tables;

use tables::*;

#[tokio::test]
async fn a_write_at_a_revision_wins_once() {
    let at_first = On(Some("revision = :revision"), &[(":revision", "r1")]);
    both_answer(
        "revision",
        &[
            (put("a", &[("revision", "r1")], on("attribute_not_exists(pk)")), "nothing"),
            (
                put("a", &[("revision", "r9")], on("attribute_not_exists(pk)")),
                "ConditionalCheckFailedException: revision=r1 sk=a",
            ),
            (put("a", &[("revision", "r2")], at_first), "revision=r1 sk=a"),
            (
                put("a", &[("revision", "r3")], at_first),
                "ConditionalCheckFailedException: revision=r2 sk=a",
            ),
            (
                Call::Delete { sort: "a", on: at_first },
                "ConditionalCheckFailedException: revision=r2 sk=a",
            ),
            (Call::Get { sort: "a" }, "revision=r2 sk=a"),
            (
                Call::Delete {
                    sort: "a",
                    on: On(Some("revision = :revision"), &[(":revision", "r2")]),
                },
                "revision=r2 sk=a",
            ),
            (Call::Get { sort: "a" }, "nothing"),
            (Call::Delete { sort: "a", on: ALWAYS }, "nothing"),
            (Call::Delete { sort: "a", on: on("attribute_exists(pk)") }, LOST),
            (put("a", &[("revision", "r2")], at_first), LOST),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_expired_counts_as_absent_where_the_condition_says_so() {
    // Dates that no TTL deletes while the test runs.
    let free = |now| On(Some("attribute_not_exists(pk) OR expires < :now"), now);
    let free_or_at_its_end =
        On(Some("attribute_not_exists(pk) OR expires <= :now"), &[(":now", "9999999920")]);
    both_answer(
        "expired",
        &[
            (put("a", &[("expires", "9999999910")], free(&[(":now", "9999999905")])), "nothing"),
            (
                put("a", &[("expires", "9999999920")], free(&[(":now", "9999999910")])),
                "ConditionalCheckFailedException: expires=9999999910 sk=a",
            ),
            (
                put("a", &[("expires", "9999999920")], free(&[(":now", "9999999911")])),
                "expires=9999999910 sk=a",
            ),
            (
                put("a", &[("expires", "10000000000")], free_or_at_its_end),
                "expires=9999999920 sk=a",
            ),
            // Numbers are compared as numbers.
            (
                put("a", &[("expires", "10000000100")], free(&[(":now", "9999999920")])),
                "ConditionalCheckFailedException: expires=10000000000 sk=a",
            ),
            // What has no date does not expire.
            (put("b", &[("other", "x")], ALWAYS), "nothing"),
            (
                put("b", &[("other", "y")], free(&[(":now", "9999999920")])),
                "ConditionalCheckFailedException: other=x sk=b",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_update_changes_what_it_names() {
    let update = |expression, on| Call::Update { sort: "a", expression, on };
    both_answer(
        "update",
        &[
            (update("SET one = :one", On(None, &[(":one", "1")])), "one=1 sk=a"),
            (
                update(
                    "SET two = :two, three = :three",
                    On(None, &[(":two", "x"), (":three", "y")]),
                ),
                "one=1 sk=a three=y two=x",
            ),
            (update("REMOVE two, never", ALWAYS), "one=1 sk=a three=y"),
            (
                update(
                    "SET one = :one REMOVE three",
                    On(
                        Some("attribute_exists(pk) AND one = :old"),
                        &[(":one", "2"), (":old", "1")],
                    ),
                ),
                "one=2 sk=a",
            ),
            (
                update("REMOVE one", On(Some("one < :two"), &[(":two", "2")])),
                "ConditionalCheckFailedException: one=2 sk=a",
            ),
            (update("REMOVE one", On(Some("one >= :two"), &[(":two", "2")])), "sk=a"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_query_answers_a_prefix_in_order_and_in_pages() {
    let query = |prefix, limit, forward| Call::Query { prefix, limit, forward };
    both_answer(
        "query",
        &[
            (put("receipt#1", &[], ALWAYS), "nothing"),
            (put("credential#b", &[], ALWAYS), "nothing"),
            (put("credential#a", &[], ALWAYS), "nothing"),
            (put("credential#C", &[], ALWAYS), "nothing"),
            (put("rotation#1", &[], ALWAYS), "nothing"),
            (query("", 100, true), "credential#C credential#a credential#b receipt#1 rotation#1"),
            (query("credential#", 100, true), "credential#C credential#a credential#b"),
            (query("credential#", 100, false), "credential#b credential#a credential#C"),
            (query("", 2, true), "credential#C credential#a | credential#b receipt#1 | rotation#1"),
            (query("", 3, false), "rotation#1 receipt#1 credential#b | credential#a credential#C"),
            (query("credential#", 2, true), "credential#C credential#a | credential#b"),
            (query("nothing#", 2, true), ""),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_an_expression_leaves_open_is_refused() {
    // Moto answers the first and the last with its own failure, and does not look for values that nothing names.
    the_simulator_answers(
        "undefined",
        &[
            (put("a", &[], on("revision = :revision")), REFUSED),
            (put("a", &[], On(Some("attribute_exists(pk)"), &[(":unused", "x")])), REFUSED),
            (put("a", &[], on("attribute_exists(#pk)")), REFUSED),
            (Call::Get { sort: "a" }, "nothing"),
        ],
    )
    .await;
    both_answer(
        "refused",
        &[
            (put("a", &[], On(Some("state = :state"), &[(":state", "x")])), REFUSED),
            (
                Call::Update {
                    sort: "a",
                    expression: "SET sk = :sk",
                    on: On(None, &[(":sk", "b")]),
                },
                REFUSED,
            ),
            (Call::Get { sort: "a" }, "nothing"),
        ],
    )
    .await;
}
