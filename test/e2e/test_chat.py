#!/usr/bin/env python3
"""Chat as its user sees it: in pseudo-terminals, by the keys that are pressed.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

import json
import os
import subprocess
import unittest

import tiny
from support import MODELS, TestCase, run, smollm2
from terminal import Terminal

UP, LEFT, HOME, DELETE, ALT_ENTER = "\x1b[A", "\x1b[D", "\x1b[H", "\x1b[3~", "\x1b\r"
CTRL_C, CTRL_D, CTRL_W, BACKSPACE = "\x03", "\x04", "\x17", "\x7f"
PASTE, PASTED = "\x1b[200~", "\x1b[201~"
SHORT = ("-n", "4", "--temperature", "0")


class ChatTestCase(TestCase):
    model, options = MODELS / "llama-q4_1.gguf", ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.app = cls("compile").compile(cls.model, "app", *cls.options)

    def chat(self, *arguments, **options):
        terminal = Terminal([self.app, "chat", *arguments], **options)
        self.addCleanup(terminal.close)
        return terminal

    def messages(self, terminal, role="user"):
        """What was said, by the program's own word."""
        file = self.folder / "conversation.json"
        file.unlink(missing_ok=True)
        terminal.type(f"/save {file}\r")
        return [message["content"] for message in json.loads(file.read_text())["messages"]
                if message["role"] == role]


class Editing(ChatTestCase):
    def test_a_line_is_edited(self):
        chat = self.chat(*SHORT)
        chat.type("ab" + LEFT + "X\r")
        chat.type("bcd" + HOME + "a" + DELETE + "\r")
        chat.type("one two" + CTRL_W + "three\r")
        self.assertEqual(self.messages(chat), ["aXb", "acd", "one three"])
        self.assertNotIn("^[", chat.raw)

    def test_history(self):
        chat = self.chat(*SHORT)
        chat.type("first\r")
        chat.type("second\r")
        chat.type(UP + UP + "!\r")
        self.assertEqual(self.messages(chat), ["first", "second", "first!"])

    def test_characters_are_whole(self):
        chat = self.chat(*SHORT)
        chat.wait_prompt()
        chat.send("é日本😀x" + LEFT + BACKSPACE + LEFT + "ß")
        chat.wait_for(lambda text: text.endswith("> é日ß本x"))
        chat.type("\r")
        self.assertEqual(self.messages(chat), ["é日ß本x"])

    def test_characters_are_whole_without_a_locale(self):
        chat = self.chat(*SHORT, environment={"LC_ALL": "C"})
        chat.type("日本é" + BACKSPACE + "\r")
        self.assertIn("> 日本\n", chat.screen.text())
        self.assertEqual(self.messages(chat), ["日本"])

    def test_text_typed_during_an_answer_waits(self):
        chat = self.chat("-n", "60", "--ignore-eos", "--temperature", "0")
        chat.wait_prompt()
        chat.type("first\rsecond\r", prompts=2)
        self.assertEqual(self.messages(chat), ["first", "second"])
        self.assertEqual(chat.raw.count("second"), 1) # shown where it is read, not in the answer


class ManyLines(ChatTestCase):
    def test_every_way_to_write_them(self):
        chat = self.chat(*SHORT)
        chat.type("one\\\rtwo\r", prompts=2)
        chat.type('"""three\rfour"""\r', prompts=2)
        chat.type("five" + ALT_ENTER + "six\r")
        chat.type(PASTE + "seven\r\neight\x1b[31m\r" + PASTED + "nine\r")
        self.assertEqual(self.messages(chat), ["one\ntwo", "three\nfour", "five\nsix",
                                               "seven\n\neight[31m\nnine"])

    def test_they_come_back_whole(self):
        chat = self.chat(*SHORT)
        chat.type("one" + ALT_ENTER + "two\r")
        chat.type(UP + "!\r")
        self.assertEqual(self.messages(chat), ["one\ntwo", "one\ntwo!"])

    def test_a_pipe_has_them_too(self):
        result = run([self.app, "chat", *SHORT, "--stats"], input='one\\\ntwo\n', stdin=None)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stderr.count("generated: "), 1, result.stderr)


class Says(TestCase):
    """Models of which it is known what they answer to "a"."""

    def compile_answer(self, follows):
        model = tiny.write_gguf(self.folder / "model.gguf", {"tokenizer.chat_template": "{{ messages[-1].content }}"},
                                follows=follows)
        return self.compile(model, "app", "--cpu=avx2")

    def in_terminal(self, *command):
        terminal = Terminal(command)
        self.addCleanup(terminal.close)
        return terminal

    def test_control_characters_do_not_reach_a_terminal(self):
        # A colour, a control character of two bytes, each byte a token of its own, an umlaut and a bell.
        said = "\x1b[31mred\u009b2J\u00fc\x07".encode()
        tokens = [tiny.START, *said]
        assert len(set(tokens)) == len(tokens), "a token has one successor"
        app = self.compile_answer(dict(zip(tokens, tokens[1:])))
        for command in ([app, "a"], [app, "run", "-p", "a"]):
            terminal = self.in_terminal(*command)
            self.assertEqual(terminal.finish(), 0)
            self.assertIn(r"\x1b[31mred\xc2\x9b2J\u00fc\x07".replace("\\u00fc", "\u00fc"), terminal.raw)
            for character in "\x1b\x9b\x07":
                self.assertNotIn(character, terminal.raw)
            piped = subprocess.run([str(part) for part in command], capture_output=True, stdin=subprocess.DEVNULL)
            self.assertEqual(piped.stdout, said + b"\n")
        chat = self.in_terminal(app, "chat")
        chat.type("a\r")
        self.assertIn(r"\x1b[31mred\xc2\x9b2J", chat.raw)

    def test_a_loop_is_not_remembered(self):
        app = self.compile_answer({tiny.START: ord("s"), ord("s"): ord("o"), ord("o"): 257, 257: 258, 258: 257})
        saved = self.folder / "conversation.json"
        result = run([app, "chat"], stdin=None, input=f"a\n/save {saved}\n")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("tokens came", result.stderr)
        self.assertGreater(result.stdout.count("Hello"), 40)
        answer = json.loads(saved.read_text())["messages"][-1]["content"]
        self.assertRegex(answer, "^soHello(Hel)?$")

    def test_an_endless_line_ends_the_chat(self):
        app = self.compile_answer(None)
        chat = subprocess.Popen([app, "chat"], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        with chat.stderr:
            with self.assertRaises(BrokenPipeError):
                for _ in range(1 << 12):
                    os.write(chat.stdin.fileno(), b"x" * (1 << 14))
            self.assertIn(b"error: a prompt of more than", chat.stderr.read())
        chat.stdin.close()
        self.assertEqual(chat.wait(timeout=60), 1)


class Widths(ChatTestCase):
    TEXT = "The quick brown fox jumps over the lazy dog and naps."

    def shows(self, columns):
        chat = self.chat(*SHORT, columns=columns)
        chat.wait_prompt()
        chat.send(self.TEXT[1:])
        whole = "> " + self.TEXT
        chat.send(HOME + self.TEXT[0])
        chat.wait_for(lambda text: text.replace("\n", "").endswith(whole.replace("\n", "")))
        self.fills(chat, whole, columns)
        chat.type("\r")
        self.assertEqual(self.messages(chat), [self.TEXT])

    def fills(self, chat, text, columns):
        expected = [text[i:i + columns].rstrip() for i in range(0, len(text), columns)]
        self.assertEqual(chat.screen.text().split("\n")[-len(expected):], expected)

    def test_80_columns(self):
        self.shows(80)

    def test_20_columns(self):
        self.shows(20)

    def test_a_window_that_changes(self):
        chat = self.chat(*SHORT, columns=80)
        chat.wait_prompt()
        chat.settle()  # until it hears of changes
        chat.resize(20)
        chat.screen.__init__(20)
        chat.wait_for(lambda text: text.split("\n")[-1] == ">")
        chat.send(self.TEXT)
        chat.wait_for(lambda text: text.endswith("naps."))
        self.fills(chat, "> " + self.TEXT, 20)


class Commands(ChatTestCase):
    def test_help_and_banner(self):
        chat = self.chat(*SHORT)
        self.assertIn("/help", chat.wait_prompt().split("\n")[1])
        screen = chat.type("/help\r")
        for command in ("/exit", "/clear", "/system TEXT", "/save FILE", "/load FILE", "/stats"):
            self.assertIn(command, screen)

    def test_they_end(self):
        for leave in ("/exit\r", "/bye\r", CTRL_D):
            chat = self.chat(*SHORT)
            chat.wait_prompt()
            chat.send(leave)
            self.assertEqual(chat.finish(), 0, leave)

    def test_system_and_clear(self):
        chat = self.chat(*SHORT)
        chat.type("/system Be brief.\r")
        self.assertIn("system: Be brief.", chat.type("/system\r"))
        chat.type("hello\r")
        chat.type("/clear\r")
        self.assertEqual(self.messages(chat), [])
        self.assertEqual(self.messages(chat, "system"), ["Be brief."])

    def test_save_and_load(self):
        chat = self.chat(*SHORT)
        chat.type("Grüße\r")
        saved = self.messages(chat), self.messages(chat, "assistant")
        other = self.chat(*SHORT)
        self.assertIn("2 messages from", other.type(f"/load {self.folder}/conversation.json\r"))
        self.assertEqual((self.messages(other), self.messages(other, "assistant")), saved)

    def test_files_that_are_none(self):
        chat = self.chat(*SHORT, columns=200)
        self.assertIn("no/such: cannot read: No such file", chat.type("/load no/such\r"))
        self.assertIn("no/such: cannot write: No such file", chat.type("/save no/such\r"))
        wrong = self.folder / "wrong.json"
        wrong.write_text('{"messages": [{"role": 1}]}')
        self.assertIn("is no saved conversation", chat.type(f"/load {wrong}\r"))
        self.assertIn("/save needs a file", chat.type("/save\r"))

    def test_stats_say_the_seed(self):
        chat = self.chat("-n", "4", "--seed", "77", columns=200)
        chat.type("hello\r")
        screen = chat.type("/stats\r")
        self.assertRegex(screen, r"conversation: \d+ of \d+ tokens")
        self.assertIn("seed 77", screen)

    def test_a_mistyped_one_is_no_message(self):
        chat = self.chat(*SHORT)
        self.assertIn("there is no /hlep: did you mean '/help'?", chat.type("/hlep\r"))
        chat.type("/usr/bin is a folder\r")
        self.assertEqual(self.messages(chat), ["/usr/bin is a folder"])

    def test_a_mistyped_one_ends_a_pipe(self):
        result = run([self.app, "chat", *SHORT], input="/nonsense\nhello\n", stdin=None)
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("there is no /nonsense", result.stderr)


class Streams(ChatTestCase):
    def test_standard_output_is_the_answers(self):
        out = self.folder / "out.txt"
        with out.open("wb") as file:
            chat = self.chat(*SHORT, stdout=file)
            chat.type("hello\r")
            chat.type("/help\r")
            chat.send("/exit\r")
            self.assertEqual(chat.finish(), 0)
        piped = run([self.app, "chat", *SHORT], input="hello\n", stdin=None)
        self.assertEqual(piped.stderr, "")
        self.assertEqual(out.read_text(), piped.stdout)

    def test_a_terminal_that_is_unknown(self):
        chat = self.chat(*SHORT, environment={"TERM": "no-such-terminal"})
        chat.type("hello\r")
        self.assertEqual(self.messages(chat), ["hello"])

    def test_it_runs_without_the_editors_libraries(self):
        needed = run(["readelf", "-d", self.app]).stdout
        for library in ("edit", "tinfo", "ncurses", "bsd", "libmd"):
            self.assertNotIn(library, needed)


class Interrupts(ChatTestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = smollm2()
        super().setUpClass()

    def test_a_prompt_is_given_up(self):
        chat = self.chat(*SHORT)
        self.assertTrue(chat.type("half a line" + CTRL_C).endswith("(Ctrl-D ends)\n>"))
        chat.type("whole\r")
        self.assertEqual(self.messages(chat), ["whole"])

    def test_an_answer_stops(self):
        chat = self.chat("-n", "-1", "--ignore-eos", "--allow-loops")
        chat.wait_prompt()
        chat.send("Tell me a story.\r")
        chat.wait_for(lambda text: len(text.partition("a story.")[2].strip()) > 40)
        chat.type(CTRL_C)
        self.assertEqual(self.messages(chat), ["Tell me a story."])
        self.assertGreater(len(self.messages(chat, "assistant")[0]), 20)

    def test_reading_a_long_prompt_shows_itself_and_stops(self):
        chat = self.chat(*SHORT, "-t", "1")
        chat.wait_prompt()
        chat.send(PASTE + "All work and no play makes Jack a dull boy. " * 400 + PASTED + "\r")
        chat.wait_for(lambda _: "reading prompt " in chat.raw)
        self.assertRegex(chat.raw, r"reading prompt \d+/4\d\d\d")
        chat.type(CTRL_C)
        self.assertNotIn("reading prompt", chat.screen.text())
        self.assertEqual(self.messages(chat), [])
        chat.type("Hello\r")
        self.assertEqual(self.messages(chat), ["Hello"])


if __name__ == "__main__":
    unittest.main()
