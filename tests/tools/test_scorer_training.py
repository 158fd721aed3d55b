"""The small CLIP's training: what is held back, what is true of a picture, the figures' arithmetic."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from procedural.language.prompt import read_prompt
from tools.scorer_training.captions import NOTHING, UNKNOWN, Labels, caption, denied, number, plural, truth
from tools.scorer_training.evaluation import UNTAUGHT_ADJECTIVES, auc
from tools.scorer_training.pictures import looks_of
from tools.scorer_training.prompts import asked_of_things, may_be_taught, wrong_part
from tools.scorer_training.training import THING, loss_of
from tools.scorer_training.world import GRID_COLOURS, GRID_OBJECTS, Asked, Spec, World, load_world
from validation.scoring.scorer import find_folder
from validation.scoring.words import outside_share, read_vocabulary


@pytest.fixture(scope="module")
def world() -> World:
    return load_world()


def labels(world: World, *specs: Spec) -> Labels:
    return Labels.of([number(spec, world) for spec in specs])


def test_the_retrieval_test_has_ten_colours_for_each_of_ten_objects_and_none_is_trained_on(world: World) -> None:
    assert (len(set(GRID_OBJECTS)), len(set(GRID_COLOURS))) == (10, 10)
    assert all(world.held_back(thing, colour) for thing in GRID_OBJECTS for colour in GRID_COLOURS)


def test_looks_to_train_on_are_never_held_back(world: World) -> None:
    rng = np.random.default_rng(0)
    looks = [look for thing in GRID_OBJECTS for look in looks_of(thing, 20, world, rng, held_back=False)]
    coloured = [(look.thing, look.colour or look.material) for look in looks]
    assert not any(world.held_back(thing, name) for thing, name in coloured if name)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (Spec("car"), 1),
        (Spec("car", "red"), 1),
        (Spec("car", "blue"), 0),
        (Spec("cat", "red"), 0),
        (Spec("car", None, "marble"), 0),
    ],
)
def test_what_is_true_of_a_red_car(world: World, said: Spec, expected: int) -> None:
    assert truth(labels(world, Spec("car", "red")), labels(world, said), world)[0, 0] == expected


def test_a_thing_that_nobody_drew_is_wrong_of_every_picture(world: World) -> None:
    nobody = Labels.of([(UNKNOWN, NOTHING, NOTHING, NOTHING, NOTHING)])
    assert truth(labels(world, Spec("car", "red"), Spec("cat")), nobody, world).tolist() == [[0], [0]]


def test_captions_are_true_of_their_pictures(world: World) -> None:
    rng = np.random.default_rng(0)
    shown = number(Spec("dragon", "green"), world)
    said = [caption(shown, world, rng)[1] for _ in range(50)]
    assert (truth(Labels.of([shown]), Labels.of(said), world) == 1).all()


@pytest.fixture(scope="module")
def asked(world: World) -> Asked:
    text = "red car with black wheels"
    return Asked(5, text, read_prompt(text, world.vocabulary).items[0])


def test_what_a_prompt_asks_for_is_true_of_its_own_picture_and_cannot_be_said_of_another(
    world: World, asked: Asked
) -> None:
    own, other = Spec.of(asked), Spec("car", "red")
    assert (own.thing, own.colour) == ("car", "red")
    assert truth(labels(world, own, other, Spec("car", "blue")), labels(world, own), world)[:, 0].tolist() == [1, -1, 0]


def test_a_prompt_that_is_wrong_about_a_part_is_wrong_of_its_own_picture_alone(world: World, asked: Asked) -> None:
    row = number(Spec.of(asked), world)
    wrong = Labels.of([(*row[:4], denied(asked.number))])
    assert truth(labels(world, Spec.of(asked), Spec("car", "red")), wrong, world)[:, 0].tolist() == [0, -1]


def test_a_part_gets_another_colour_that_nobody_takes_for_its_own(world: World) -> None:
    text = wrong_part("red car with black wheels", world, random.Random(0))
    assert text is not None
    assert text.startswith("red car with ")
    assert text.endswith(" wheels")
    assert "black" not in text


@pytest.mark.parametrize("text", ["red car", "old wooden chest", "cat with green eyes"])
def test_without_a_part_that_can_be_seen_there_is_nothing_to_be_wrong_about(world: World, text: str) -> None:
    assert wrong_part(text, world, random.Random(0)) is None


def test_the_networks_prompts_are_the_same_again_and_none_that_is_taught_is_held_back(world: World) -> None:
    first = asked_of_things(world, 1, 3)
    assert first == asked_of_things(world, 1, 3)
    taught = [one for found in first.values() for one in found if may_be_taught(one, world)]
    looks = [(one.item.name, look.colour or look.material) for one in taught for look in one.item.looks[:1]]
    assert not any(world.held_back(thing, name) for thing, name in looks if name)


@pytest.mark.parametrize(
    ("noun", "expected"), [("car", "cars"), ("cherry", "cherries"), ("box", "boxes"), ("toy", "toys")]
)
def test_plurals(noun: str, expected: str) -> None:
    assert plural(noun) == expected


def test_the_shipped_vocabulary_holds_the_demo_and_no_untaught_adjective() -> None:
    folder = find_folder("three-gen-small@1")
    known = read_vocabulary((folder / "vocabulary.txt").read_text().splitlines())
    assert outside_share("two cute pink bicycles", known | {"two"}) == 0
    assert all(outside_share(word, known) == 1 for word in UNTAUGHT_ADJECTIVES)


def test_auc_counts_ties_half() -> None:
    assert auc(np.array([2.0, 3.0]), np.array([0.0, 1.0])) == 1
    assert auc(np.array([1.0]), np.array([1.0])) == 0.5
    assert auc(np.array([1.0, 3.0]), np.array([2.0])) == 0.5


def test_the_loss_falls_when_pictures_lie_with_their_captions() -> None:
    texts, negatives = torch.eye(4)[:2], torch.eye(4)[3:]
    match = torch.tensor([[1, 0], [0, 1]])
    near, scale, own = torch.full((2, 2), THING), torch.tensor(10.0), torch.arange(2)
    right, wrong = (
        loss_of(views, texts, negatives, match, near, scale, own) for views in (torch.eye(4)[:2], torch.eye(4)[[1, 0]])
    )
    assert float(wrong) > 5 * float(right)
