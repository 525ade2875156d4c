"""A reason is one sentence with its names and figures, and several become one."""

from workers.mapping.reasons import MOST_SENTENCES, merge, reason


def test_a_brace_in_a_name_is_no_field() -> None:
    assert "{account}" in reason("price_missing", what="SKU {account}").message


def test_merging_tells_each_problem_once_and_the_first_decides() -> None:
    one = reason("currency_missing")
    other = reason("price_missing", what="SKU A")
    found = merge([one, other, one])
    assert (found.code, found.cure) == (one.code, one.cure)
    assert found.message == f"{one.message} {other.message}"
    assert found.remedy == f"{one.remedy} {other.remedy}"


def test_a_long_list_is_cut_and_says_so() -> None:
    found = merge(reason("price_missing", what=f"SKU {n}") for n in range(MOST_SENTENCES + 7))
    assert found.message.endswith("And 7 more like these.")
    assert found.remedy.count("Enter the price") == 1
