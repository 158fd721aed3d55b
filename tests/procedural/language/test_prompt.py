"""Reading prompts: what was asked for, in every part of the small grammar."""

from __future__ import annotations

import pytest

from procedural.language.prompt import read_prompt
from procedural.language.request import MAX_COPIES, How, Item, Look, describe_request
from procedural.language.vocabulary import Vocabulary


def one(prompt: str, vocabulary: Vocabulary) -> Item:
    (item,) = read_prompt(prompt, vocabulary).items
    return item


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("pink bicycle", "bicycle"),
        ("a BICYCLE!", "bicycle"),
        ("bike", "bicycle"),
        ("knight's helmet", "helmet"),
        ("red sedan", "car"),
        ("a car", "car"),
        ("steed", "horse"),
        ("a dog sitting on a chair", "dog"),
        ("a red car parked near a house", "car"),
        ("a dragon breathing smoke and ash", "dragon"),
        ("bronze statue of a horse", "horse"),
        ("horse statue", "horse"),
        ("a pair of blue chairs", "chair"),
        ("on a table, a teapot", "teapot"),
    ],
)
def test_object(prompt: str, name: str, vocabulary: Vocabulary) -> None:
    assert read_prompt(prompt, vocabulary).items[0].name == name


@pytest.mark.parametrize(
    ("prompt", "looks"),
    [
        ("pink bicycle", [Look("pink")]),
        ("bicycle", []),
        ("red and blue bicycle", [Look("red"), Look("blue")]),
        ("black, white bicycle", [Look("black"), Look("white")]),
        ("dark blue bicycle", [Look("navy")]),
        ("crimson bicycle", [Look("crimson")]),
        ("golden teapot", [Look(None, "gold")]),
        ("wooden red chair", [Look("red", "wood")]),
        ("red wooden chair", [Look("red", "wood")]),
        ("chair made of stone", [Look(None, "stone")]),
        ("bicycle painted in green", [Look("green")]),
        ("car, red", [Look("red")]),
        ("car with golden trim", [Look(), Look(None, "gold")]),
        ("bronze statue of a horse", [Look(None, "bronze")]),
        ("horse statue", [Look(None, "stone")]),
    ],
)
def test_looks(prompt: str, looks: list[Look], vocabulary: Vocabulary) -> None:
    assert list(one(prompt, vocabulary).looks) == looks


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("red car with black wheels", {"wheel": Look("black")}),
        ("car with black wheels and a white roof", {"wheel": Look("black"), "roof": Look("white")}),
        ("golden crown with red gems", {"gem": Look("red")}),
        ("wooden chair with a blue cushion", {"cushion": Look("blue")}),
        ("bicycle with a wooden saddle", {"saddle": Look(None, "wood")}),
        ("red-framed bicycle", {"frame": Look("red")}),
        ("ruby ring", {"gem": Look(None, "ruby")}),
        ("bicycle with shiny red wheels", {"wheel": Look("red", "glossy")}),
        ("knight in golden armour", {"armour": Look(None, "gold")}),
        ("bicycle with wheels", {}),
        ("bookshelf with four red shelves", {"shelf": Look("red")}),
    ],
)
def test_parts(prompt: str, parts: dict[str, Look], vocabulary: Vocabulary) -> None:
    assert dict(one(prompt, vocabulary).parts) == parts


def test_colours_of_parts_are_not_those_of_the_whole(vocabulary: Vocabulary) -> None:
    assert list(one("red car with black wheels", vocabulary).looks) == [Look("red")]


@pytest.mark.parametrize(
    ("prompt", "count"),
    [
        ("a bicycle", 1),
        ("three bicycles", 3),
        ("4 red bicycles", 4),
        ("a pair of bicycles", 2),
        ("bicycles", 3),
        ("twin bicycle", 1),
        ("twelve bicycles", MAX_COPIES),
    ],
)
def test_count(prompt: str, count: int, vocabulary: Vocabulary) -> None:
    assert one(prompt, vocabulary).count == count


def test_a_number_of_parts_is_not_a_number_of_objects(vocabulary: Vocabulary) -> None:
    request = read_prompt("ice cream with three scoops", vocabulary)
    assert [(item.name, item.count) for item in request.items] == [("ice cream", 1)]
    assert request.ignored == ("three",)


def test_two_kinds_of_things(vocabulary: Vocabulary) -> None:
    cars, boat = read_prompt("two red cars and a blue sailboat", vocabulary).items
    assert (cars.name, cars.count, cars.looks) == ("car", 2, (Look("red"),))
    assert (boat.name, boat.count, boat.looks) == ("sailboat", 1, (Look("blue"),))


def test_what_is_held_and_is_not_a_part_stands_next_to_it(vocabulary: Vocabulary) -> None:
    names = [item.name for item in read_prompt("a bicycle with a teapot", vocabulary).items]
    assert names == ["bicycle", "teapot"]


@pytest.mark.parametrize(
    ("prompt", "sizes"),
    [("tall chair", ("tall",)), ("a tiny fat dog", ("tiny", "fat")), ("wizard with a long white beard", ())],
)
def test_sizes(prompt: str, sizes: tuple[str, ...], vocabulary: Vocabulary) -> None:
    assert one(prompt, vocabulary).sizes == sizes


@pytest.mark.parametrize(("prompt", "pose"), [("sitting dog", "sitting"), ("a dog, sitting on a rock", "sitting")])
def test_pose(prompt: str, pose: str, vocabulary: Vocabulary) -> None:
    assert one(prompt, vocabulary).pose == pose


def test_of_two_poses_the_last_is_built_and_the_first_is_reported(vocabulary: Vocabulary) -> None:
    request = read_prompt("flying dragon breathing fire", vocabulary)
    assert (request.items[0].pose, request.ignored) == ("breathing fire", ("flying",))


def test_pose_the_object_does_not_know_is_ignored(vocabulary: Vocabulary) -> None:
    request = read_prompt("a sitting teapot", vocabulary)
    assert (request.items[0].pose, request.ignored) == (None, ("sitting",))


def test_pattern_with_a_colour(vocabulary: Vocabulary) -> None:
    item = one("white dog with brown spots", vocabulary)
    assert (item.pattern, item.looks) == ("spotted", (Look("white"), Look("brown")))


def test_harmless_adjectives_pass_in_silence(vocabulary: Vocabulary) -> None:
    assert read_prompt("a cute, highly detailed red car", vocabulary).ignored == ()


def test_unknown_words_are_reported(vocabulary: Vocabulary) -> None:
    request = read_prompt("a zorblike car", vocabulary)
    assert describe_request(request) == "car; unknown words ignored: zorblike"


def test_misspelt_object_is_found_by_spelling(vocabulary: Vocabulary) -> None:
    item = one("pink bycicle", vocabulary)
    assert item.guess is not None
    assert (item.name, item.guess.how) == ("bicycle", How.SPELLING)


def test_related_word_is_reported(vocabulary: Vocabulary) -> None:
    text = describe_request(read_prompt("limousine", vocabulary))
    assert text == 'car (for "limousine": the nearest in meaning)'


def test_category_word_gives_one_of_its_kind(vocabulary: Vocabulary) -> None:
    item = one("an animal", vocabulary)
    assert item.guess is not None
    assert (vocabulary.entries[item.name].category, item.guess.how) == ("animals", How.CATEGORY)


@pytest.mark.parametrize(
    ("prompt", "name", "how"),
    [
        ("a red cube", "gift", How.MEANING),
        ("a zorb with yellow wheels", "bicycle", How.MEANING),
        ("a lock", "treasure chest", How.PART),
    ],
)
def test_part_that_stands_alone_means_an_object_that_has_it(
    prompt: str, name: str, how: How, vocabulary: Vocabulary
) -> None:
    item = one(prompt, vocabulary)
    assert item.guess is not None
    assert (item.name, item.guess.how) == (name, how)


def test_compound_word_is_known_by_its_end(vocabulary: Vocabulary) -> None:
    assert one("a moonbicycle", vocabulary).name == "bicycle"


@pytest.mark.parametrize("prompt", ["zzzzqx", "🚗", "red", "の", "with and of", ",,,", "1024"])
def test_nothing_known_still_gives_an_object_and_says_so(prompt: str, vocabulary: Vocabulary) -> None:
    item = one(prompt, vocabulary)
    assert item.name in vocabulary.entries
    assert item.guess is not None
    assert item.guess.how is How.CHANCE


def test_understood_names_everything(vocabulary: Vocabulary) -> None:
    text = describe_request(read_prompt("two tall golden teapots with red handles on a zorb", vocabulary))
    assert text == "2 x teapot: gold, tall, handle red; unknown words ignored: zorb"


def test_a_second_look_alone_is_reported_as_details(vocabulary: Vocabulary) -> None:
    assert describe_request(read_prompt("car with golden trim", vocabulary)) == "car: details gold"


def test_longest_prompt_is_read(vocabulary: Vocabulary) -> None:
    assert len(read_prompt("red car and " * 85, vocabulary).items) == 3
