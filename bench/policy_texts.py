"""Policies of any size, as an operator might have written them: the same for the same size, always."""

from __future__ import annotations

from random import Random
from typing import Final

_HEADER: Final = """policy measured {
  for every group
  timezone "Asia/Shanghai"
}
attribute member.course : text
hours night { every day 22:00-08:00 }
ladder conduct {
  forget after 30d
  together within 10m
  at 1 warn "{member.name}:{rule.title}"
  at 3 mute 24h
  at 5 remove
}
exempt staff { when member.role in [owner, admin] from limit0 }
"""
_COMMON_CHARACTERS: Final = range(0x4E00, 0x9000)


def made_up_words(count: int) -> list[str]:
    """Words of two to four characters that no message is likely to have."""
    random = Random(count)
    words: dict[str, None] = {}
    while len(words) < count:
        words["".join(map(chr, random.choices(_COMMON_CHARACTERS, k=random.randint(2, 4))))] = None
    return list(words)


def policy(rules: int) -> str:
    """One policy of so many rules: half of them on words, the others on what a message has, how often and when."""
    return _HEADER + "\n".join(_rule(number) for number in range(rules))


def policy_with_words(rules: int, words: int) -> tuple[dict[str, str], dict[str, str]]:
    """The texts and word files of a policy, with a lexicon of so many words in a file of its own."""
    listed = 'lexicon listed { file "words.txt" }\nrule listed { when message.text matches listed then delete }\n'
    return {"group.policy": policy(rules - 1) + "\n" + listed}, {"words.txt": "\n".join(made_up_words(words))}


def _rule(number: int) -> str:
    kind = number % 10
    if kind == 0:
        then = "then delete, strike conduct"
        return f"limit limit{number} {{ at most {5 + number % 7} messages by member within 10s {then} }}"
    if kind == 1:
        return f"rule long{number} {{ when message.length > {300 + number} or message.images > 3 then hold }}"
    if kind == 2:
        return f"rule night{number} {{ when now in night and message.videos > {number % 5} then delete }}"
    if kind == 3:
        return f"rule new{number} {{ when member.age < {1 + number % 9}d and message.links > 0 then hold }}"
    if kind == 4:
        return f'rule join{number} {{ on request when member.course == "c{number}" then admit otherwise refuse "no" }}'
    return (
        f'lexicon words{number} {{ words "坏词{number}号", "假货{number}号" }}\n'
        f"rule words{number} {{ on message, edit when message.text matches words{number} then delete, strike conduct }}"
    )
