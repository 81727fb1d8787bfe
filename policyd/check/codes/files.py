"""C0: folders and files."""

from __future__ import annotations

from policyd.check.codes.entry import error

_WORDS = """\
lexicon ads { file "words/ads.txt" }
rule ads { when message.text matches ads  then delete }"""

error(
    "C001", "no-policy-files",
    ("no policies here", "`{path}` holds no file that ends in `.policy`",
     "write one, or name the folder that holds your policies"),
    ("这里没有策略", "`{path}` 中没有以 `.policy` 结尾的文件", "请新建一个,或指定存放策略的目录"),
    bad="# an empty folder", good="policy p { for every group }",
)
error(
    "C002", "no-such-folder",
    ("no such folder", "`{path}` does not exist or is no folder", "name the folder that holds your `.policy` files"),
    ("没有这个目录", "`{path}` 不存在,或者不是目录", "请指定存放 `.policy` 文件的目录"),
    bad="# a folder that does not exist", good="policy p { for every group }",
)
error(
    "C003", "no-header",
    ("no file is a policy", "none of the files begins a policy, so that their rules hold for no group",
     "begin one file with `policy my_group {{ for every group }}`"),
    ("没有策略文件", "所有文件都没有 `policy` 开头,其中的规则不会用于任何群",
     "请在一个文件开头写 `policy my_group {{ for every group }}`"),
    bad="# only a library\nrule ads { when message.links > 0  then delete }",
    good="rule ads { when message.links > 0  then delete }",
)
error(
    "C004", "word-file-not-utf-8",
    ("a word file is not UTF-8", "byte {offset} of `{file}` cannot be read as UTF-8{guess}",
     "save it as UTF-8, in Notepad under `Save as`, `Encoding`"),
    ("词表文件不是 UTF-8 编码", "`{file}` 的第 {offset} 个字节不是 UTF-8{guess}",
     "请另存为 UTF-8 编码(记事本:另存为 → 编码)"),
    bad=_WORDS, good=_WORDS,
)
error(
    "C005", "no-such-file",
    ("no such file", "`{file}` does not exist", "{hint}"),
    ("没有这个文件", "`{file}` 不存在", "{hint}"),
    bad='lexicon ads { file "words/missing.txt" }\nrule ads { when message.text matches ads  then delete }',
    good='lexicon ads { words "加微信" }\nrule ads { when message.text matches ads  then delete }',
)
error(
    "C006", "file-outside",
    ("a file outside the policy folder", "`{file}` is not a path inside the policy folder",
     "copy the file into the folder and write its path there, such as `words/ads.txt`; no `..`, `\\` or drive"),
    ("文件在策略目录之外", "`{file}` 不是策略目录之内的路径",
     "请把文件复制到策略目录中,写成 `words/ads.txt`,不要用 `..`、`\\` 或盘符"),
    bad='lexicon ads { file "../ads.txt" }\nrule ads { when message.text matches ads  then delete }',
    good='lexicon ads { words "加微信" }\nrule ads { when message.text matches ads  then delete }',
)
error(
    "C007", "file-is-link",
    ("a file is a link", "`{file}` is a symbolic link, or lies behind one",
     "put the file itself into the policy folder"),
    ("文件是链接", "`{file}` 是符号链接,或位于链接之后", "请把文件本身放进策略目录"),
    bad=_WORDS, good=_WORDS,
)
error(
    "C008", "file-too-large",
    ("a file is too large", "`{file}` has {size}; a file may have 16 MB", "split it into several files"),
    ("文件太大", "`{file}` 有 {size},单个文件最多 16 MB", "请拆成几个文件"),
    bad=_WORDS, good=_WORDS,
)
error(
    "C009", "file-unreadable",
    ("a file cannot be read", "`{file}` cannot be read: {cause}", "look at its owner and its permissions"),
    ("文件无法读取", "`{file}` 无法读取:{cause}", "请检查文件的所有者和权限"),
    bad=_WORDS, good=_WORDS,
)
