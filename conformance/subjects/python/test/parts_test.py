#!/usr/bin/env python3
"""The decisions of the agent, without a network: events from bytes, delays, what is remembered, what is cut."""
import dataclasses
import json
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from outbound_agent import memory, messages
from outbound_agent.answers import Outcome, print_answer
from outbound_agent.backoff import AttemptEnd, Backoff
from outbound_agent.deadlines import GatewayClock, deadline_of
from outbound_agent.delivery import GRACE_SECONDS, TRIES_MIN, Retry
from outbound_agent.log import Log
from outbound_agent.params import InvalidParams, UnknownCommand, read_params
from outbound_agent.settings import BadConfiguration, Settings, read_identity, read_settings
from outbound_agent.sse import Decoder, EventTooLarge

STREAM = ("\ufeffid: 7\nevent: command\ndata: {\"a\":\r\ndata: \"\u2028\u0085é\U0001f98a\"}\r\n\r\n: a comment\n"
          "data\rretry: 1500\r\rdata:x\n\nignored\n\n").encode()


class Events(unittest.TestCase):
    def decode(self, *chunks, limit=1 << 20):
        decoder = Decoder(limit)
        return [event for chunk in chunks for event in decoder.feed(chunk)], decoder

    def test_the_same_bytes_give_the_same_events_however_they_are_cut(self):
        whole, _ = self.decode(STREAM)
        self.assertEqual([(event.type, event.data) for event in whole],
                         [("command", '{"a":\n"\u2028\u0085é\U0001f98a"}'), ("message", ""), ("message", "x")])
        for at in range(1, len(STREAM)):
            self.assertEqual(self.decode(STREAM[:at], STREAM[at:])[0], whole, at)
        self.assertEqual(self.decode(*(STREAM[at:at + 1] for at in range(len(STREAM))))[0], whole)

    def test_an_event_without_its_blank_line_is_discarded_with_its_id(self):
        events, decoder = self.decode(b"id: 1\ndata: a\n\nid: 2\ndata: b\n")
        self.assertEqual([event.data for event in events], ["a"])
        decoder.start()
        self.assertEqual(decoder.last_event_id, "1")
        self.assertEqual([event.data for event in decoder.feed(b"data: c\n\n")], ["c"])

    def test_retry_takes_digits_only_and_outlives_a_connection(self):
        _, decoder = self.decode(b"retry: 0250\n\nretry: 1e3\nretry: -1\nretry:\nretry: 5x\n")
        decoder.start()
        self.assertEqual(decoder.retry_seconds, 0.25)
        self.assertEqual(self.decode(b"retry: " + b"9" * 5000 + b"\n")[1].retry_seconds, 1e9)

    def test_an_event_over_the_limit_is_refused_and_a_comment_never_is(self):
        with self.assertRaises(EventTooLarge):
            self.decode(*[b"data: " + b"x" * 90 + b"\n"] * 11, limit=1000)
        events, _ = self.decode(b":", *[b"x" * 1000] * 50, b"\ndata: a\n\n", limit=1000)
        self.assertEqual([event.data for event in events], ["a"])


class Delays(unittest.TestCase):
    def setUp(self):
        self.settings = Settings()
        self.backoff = Backoff(self.settings, random.Random(1))

    def test_the_envelope_doubles_to_its_cap_and_no_delay_is_nothing(self):
        for attempt in range(200):
            delay = self.backoff.delay_after(AttemptEnd("dial_failed"))
            self.assertGreater(delay, 0)
            self.assertLessEqual(delay, min(60.0, 2.0 ** min(attempt, 10)))

    def test_only_a_healthy_stream_starts_the_count_anew(self):
        def longest(end, ends=10):
            delays = []
            for _ in range(300):
                for _ in range(ends):
                    self.backoff.delay_after(AttemptEnd("dial_failed"))
                delays.append(self.backoff.delay_after(end))
            return max(delays)

        self.assertGreater(longest(AttemptEnd("end_of_stream", established=True, healthy_seconds=29.9)), 30)
        self.assertLessEqual(longest(AttemptEnd("connection_lost", established=True, healthy_seconds=30.0)), 5)

    def test_what_the_gateway_asks_for_only_lengthens_and_is_capped(self):
        for asked, least in ((2.0, 2.0), (120.0, 120.0), (86_400.0, 300.0)):
            delays = [self.backoff.delay_after(AttemptEnd("throttled", floor_seconds=asked)) for _ in range(200)]
            self.assertGreaterEqual(min(delays), least)
            self.assertLessEqual(max(delays), max(60.0, least + 60.0))
            self.assertGreater(max(delays) - min(delays), 0.5)

    def test_a_refused_key_rests(self):
        delays = [self.backoff.delay_after(AttemptEnd("key_refused", key_refused=True)) for _ in range(200)]
        self.assertGreaterEqual(min(delays), 30)
        self.assertLessEqual(max(delays), 90)

    def test_an_answer_gets_three_tries_and_no_try_after_its_grace(self):
        retry, now, tries = Retry(self.settings, deadline=0.0, random_source=random.Random(1)), 0.0, 1
        while (delay := retry.delay_after(0.0, now)) is not None:
            now += delay
            tries += 1
        self.assertEqual(tries, TRIES_MIN)
        self.assertLess(now, GRACE_SECONDS)


class Commands(unittest.TestCase):
    def test_what_is_not_on_the_list_or_ill_typed_is_refused(self):
        self.assertEqual(read_params("list_pods", {}), {"namespace": "default", "label_selector": None, "limit": None, "continue": None})
        for command in ("delete_pod", "LIST_PODS", "", "list_pods "):
            with self.assertRaises(UnknownCommand):
                read_params(command, {})
        for params in ({"namespace": ""}, {"namespace": "a/../b"}, {"namespace": "a\n"}, {"namespace": 7}, {"limit": True}, {"limit": 0},
                       {"name_space": "a"}, {"label_selector": "app=x&limit=1"}, {"continue": "a b"}, [], "x"):
            with self.assertRaises(InvalidParams, msg=params):
                read_params("list_pods", params)

    def test_selectors_follow_the_grammar_of_kubernetes(self):
        for good in ("a", "!a", "app=x", "app==x,tier!=y", "app in (a, b,c),x/y notin (z)", "n>5", "app=", " a = b "):
            self.assertEqual(read_params("list_pods", {"label_selector": good})["label_selector"], good)
        for bad in (",", "a,", "a=b=c", "a in b", "a in ()x", "a;b", "=b", "a>x", "a" * 64, "a in (b"):
            with self.assertRaises(InvalidParams, msg=bad):
                read_params("list_pods", {"label_selector": bad})

    def test_messages_without_sense_are_told_from_those_with_it(self):
        good = {"request_id": "a", "command": "list_pods"}
        self.assertEqual(messages.command_of(good).timeout_seconds, 30.0)
        for bad in ({}, {**good, "request_id": "a/b"}, {**good, "timeout": 301}, {**good, "timeout": True}, {**good, "deadline": "soon"}):
            with self.assertRaises(messages.BadMessage, msg=bad):
                messages.command_of(bad)
        for bad in ("", "[]", "NaN", '{"a":Infinity}', "[" * 100_000):
            with self.assertRaises(messages.BadMessage, msg=bad[:20]):
                messages.parse(bad)

    def test_a_deadline_holds_by_the_gateways_clock(self):
        clock = GatewayClock(lambda: 5_000.0)
        self.assertEqual(clock.at(10.0), 5_000.0)
        clock.on_stream("Thu, 01 Jan 1970 00:20:00 GMT", 10.0)
        self.assertEqual(clock.at(11.0), 1_201.0)
        clock.on_heartbeat(1_300.0, 20.0)
        self.assertEqual(clock.at(21.0), 1_301.0)
        self.assertEqual(deadline_of(30.0, 1_305.0, 21.0, clock.at(21.0)), 25.0)
        self.assertEqual(deadline_of(3.0, 1_305.0, 21.0, clock.at(21.0)), 24.0)


class Answers(unittest.TestCase):
    def test_a_repeat_is_known_until_it_is_too_old_or_too_much(self):
        kept = memory.Memory(dataclasses.replace(Settings(), answers_kept=3, answer_bytes_kept=20))
        for number in range(5):
            self.assertEqual(kept.on_command(f"id{number}", 0.0)[0], memory.FRESH)
        self.assertEqual(kept.on_command("id0", 0.0)[0], memory.IN_FLIGHT)
        for number in range(5):
            kept.on_answered(f"id{number}", b"x" * 8, float(number))
        self.assertEqual(kept.on_command("id4", 5.0), (memory.ANSWERED, b"x" * 8))
        self.assertEqual(kept.on_command("id2", 5.0)[0], memory.FORGOTTEN)
        self.assertEqual(kept.on_command("id1", 5.0)[0], memory.FRESH)
        self.assertEqual(kept.on_command("id4", 700.0)[0], memory.FRESH)

    def test_long_answers_are_cut_to_fit_and_say_so(self):
        pods = [{"name": f"pod-{number}"} for number in range(1000)]
        for result in ({"pod_count": 1000, "pods": pods, "continue": "t"}, {"logs": "line é\n" * 2000, "line_count": 2000}, {"data": {"a": "é" * 9000}}):
            body = print_answer("id", Outcome(result=result), 2000)
            answer = json.loads(body)
            self.assertLessEqual(len(body), 2000)
            self.assertGreater(len(body), 1500 if "data" not in result else 200)
            self.assertTrue(answer["truncated"])
            if "pods" in result:
                self.assertEqual(answer["result"]["pod_count"], len(answer["result"]["pods"]))
                self.assertNotIn("continue", answer["result"])
            if "logs" in result:
                self.assertEqual(answer["result"]["line_count"], answer["result"]["logs"].count("\n"))
        self.assertEqual(json.loads(print_answer("id", Outcome(result={"n": list(range(9000))}), 2000))["error_code"], "too_large")


class Configuration(unittest.TestCase):
    def test_plain_http_is_refused_and_no_complaint_quotes_the_key(self):
        environment = {"INCIDENTFOX_API_KEY": "ixfx_k8s_a.secret", "INCIDENTFOX_GATEWAY_URL": "http://127.0.0.1/gateway"}
        with self.assertRaises(BadConfiguration) as refused:
            read_identity(environment)
        self.assertIn("https", str(refused.exception))
        for changed in ({"INCIDENTFOX_GATEWAY_URL": "https://user@host"}, {"INCIDENTFOX_API_KEY": "bad key secret"}):
            with self.assertRaises(BadConfiguration) as refused:
                read_identity({**environment, **changed})
            self.assertNotIn("secret", str(refused.exception))

    def test_settings_come_from_the_environment_in_seconds(self):
        self.assertEqual(read_settings({"KITFOX_AGENT_BACKOFF_CAP_SECONDS": "0.5", "KITFOX_AGENT_WORKERS": "2"}),
                         Settings(backoff_cap_seconds=0.5, workers=2))
        for bad in ("x", "-1", "nan", "inf"):
            with self.assertRaises(BadConfiguration):
                read_settings({"KITFOX_AGENT_BACKOFF_CAP_SECONDS": bad})

    def test_the_log_hides_the_key_and_its_secret(self):
        written = []
        stdout, sys.stdout = sys.stdout, type("Lines", (), {"write": staticmethod(written.append), "flush": staticmethod(lambda: None)})
        try:
            Log("INFO", ["ixfx_k8s_a.secret"]).error("x", error="Bearer ixfx_k8s_a.secret or secret")
        finally:
            sys.stdout = stdout
        self.assertNotIn("secret", "".join(written))
        self.assertEqual(json.loads("".join(written))["event"], "x")


if __name__ == "__main__":
    unittest.main()
