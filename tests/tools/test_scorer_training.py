"""The small CLIP's training: held-out objects, which captions match which images, the loss, the AUC."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from procedural.language.prompt import read_prompt
from tools.scorer_training.captions import (
    UNKNOWN_OBJECT,
    UNSPECIFIED,
    Labels,
    label_row,
    make_caption,
    match_captions,
    plural,
    wrong_part_label,
)
from tools.scorer_training.evaluation import UNTAUGHT_ADJECTIVES, auc
from tools.scorer_training.images import draw_looks
from tools.scorer_training.prompts import draw_prompts, is_trainable, recolour_part
from tools.scorer_training.training import WRONG_OBJECT, contrastive_loss
from tools.scorer_training.world import GRID_COLOURS, GRID_OBJECTS, GrammarPrompt, ObjectSpec, World, load_world
from validation.scoring.scorer import find_folder
from validation.scoring.words import outside_share, read_vocabulary


@pytest.fixture(scope="module")
def world() -> World:
    return load_world()


def labels(world: World, *specs: ObjectSpec) -> Labels:
    return Labels.from_rows([label_row(spec, world) for spec in specs])


def test_the_retrieval_grid_has_ten_objects_in_ten_colours_and_is_held_back(world: World) -> None:
    assert (len(set(GRID_OBJECTS)), len(set(GRID_COLOURS))) == (10, 10)
    assert all(world.is_held_back(name, colour) for name in GRID_OBJECTS for colour in GRID_COLOURS)


def test_looks_to_train_on_are_never_held_back(world: World) -> None:
    rng = np.random.default_rng(0)
    specs = [spec for name in GRID_OBJECTS for spec in draw_looks(name, 20, world, rng, held_back=False)]
    looks = [(spec.name, spec.colour or spec.material) for spec in specs]
    assert not any(world.is_held_back(name, look) for name, look in looks if look)


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        (ObjectSpec("car"), 1),
        (ObjectSpec("car", "red"), 1),
        (ObjectSpec("car", "blue"), 0),
        (ObjectSpec("cat", "red"), 0),
        (ObjectSpec("car", None, "marble"), 0),
    ],
)
def test_captions_that_are_true_or_wrong_of_a_red_car(world: World, caption: ObjectSpec, expected: int) -> None:
    match = match_captions(labels(world, ObjectSpec("car", "red")), labels(world, caption), world)
    assert match[0, 0] == expected


def test_an_unknown_object_is_wrong_of_every_image(world: World) -> None:
    unknown = Labels.from_rows([(UNKNOWN_OBJECT, UNSPECIFIED, UNSPECIFIED, UNSPECIFIED, UNSPECIFIED)])
    images = labels(world, ObjectSpec("car", "red"), ObjectSpec("cat"))
    assert match_captions(images, unknown, world).tolist() == [[0], [0]]


def test_captions_are_true_of_their_images(world: World) -> None:
    rng = np.random.default_rng(0)
    image = label_row(ObjectSpec("dragon", "green"), world)
    captions = [make_caption(image, world, rng)[1] for _ in range(50)]
    assert (match_captions(Labels.from_rows([image]), Labels.from_rows(captions), world) == 1).all()


@pytest.fixture(scope="module")
def prompt(world: World) -> GrammarPrompt:
    text = "red car with black wheels"
    return GrammarPrompt(5, text, read_prompt(text, world.vocabulary).items[0])


def test_a_prompt_is_true_of_its_own_image_and_uncertain_of_another(world: World, prompt: GrammarPrompt) -> None:
    own, other = ObjectSpec.from_prompt(prompt), ObjectSpec("car", "red")
    assert (own.name, own.colour) == ("car", "red")
    images = labels(world, own, other, ObjectSpec("car", "blue"))
    assert match_captions(images, labels(world, own), world)[:, 0].tolist() == [1, -1, 0]


def test_a_prompt_with_a_wrong_part_is_wrong_of_its_own_image_alone(world: World, prompt: GrammarPrompt) -> None:
    own = ObjectSpec.from_prompt(prompt)
    wrong = Labels.from_rows([(*label_row(own, world)[:4], wrong_part_label(prompt.number))])
    images = labels(world, own, ObjectSpec("car", "red"))
    assert match_captions(images, wrong, world)[:, 0].tolist() == [0, -1]


def test_a_part_gets_a_clearly_different_colour(world: World) -> None:
    text = recolour_part("red car with black wheels", world, random.Random(0))
    assert text is not None
    assert text.startswith("red car with ")
    assert text.endswith(" wheels")
    assert "black" not in text


@pytest.mark.parametrize("text", ["red car", "old wooden chest", "cat with green eyes"])
def test_a_prompt_without_a_visible_coloured_part_is_not_recoloured(world: World, text: str) -> None:
    assert recolour_part(text, world, random.Random(0)) is None


def test_prompts_are_reproducible_and_those_to_train_on_are_not_held_back(world: World) -> None:
    first = draw_prompts(world, 1, 3)
    assert first == draw_prompts(world, 1, 3)
    trainable = [prompt for found in first.values() for prompt in found if is_trainable(prompt, world)]
    looks = [(prompt.item.name, look.colour or look.material) for prompt in trainable for look in prompt.item.looks[:1]]
    assert not any(world.is_held_back(name, look) for name, look in looks if look)


@pytest.mark.parametrize(
    ("noun", "expected"), [("car", "cars"), ("cherry", "cherries"), ("box", "boxes"), ("toy", "toys")]
)
def test_plurals(noun: str, expected: str) -> None:
    assert plural(noun) == expected


def test_the_shipped_vocabulary_has_the_demos_words_and_no_untaught_adjective() -> None:
    folder = find_folder("three-gen-small@1")
    known = read_vocabulary((folder / "vocabulary.txt").read_text().splitlines())
    assert outside_share("two cute pink bicycles", known | {"two"}) == 0
    assert all(outside_share(word, known) == 1 for word in UNTAUGHT_ADJECTIVES)


def test_auc_counts_a_tie_as_half() -> None:
    assert auc(np.array([2.0, 3.0]), np.array([0.0, 1.0])) == 1
    assert auc(np.array([1.0]), np.array([1.0])) == 0.5
    assert auc(np.array([1.0, 3.0]), np.array([2.0])) == 0.5


def test_the_loss_is_lower_when_images_match_their_captions() -> None:
    texts, negatives = torch.eye(4)[:2], torch.eye(4)[3:]
    match = torch.tensor([[1, 0], [0, 1]])
    mismatch, scale, rows = torch.full((2, 2), WRONG_OBJECT), torch.tensor(10.0), torch.arange(2)
    right, wrong = (
        contrastive_loss(images, texts, negatives, match, mismatch, scale, rows)
        for images in (torch.eye(4)[:2], torch.eye(4)[[1, 0]])
    )
    assert float(wrong) > 5 * float(right)
