#!/usr/bin/env bash
# Answer quality on every shared question set that lies beside the project, with its own scorers: `make bench-answers`.
# The sets are read in place and never copied. Give names (article rtqa squad polnear timeqa mhr clapnq) to run
# only those. Each scorer prints the number of questions and the half-width of a 95 % interval.
set -euo pipefail
cd "$(dirname "$0")/.."
shared=$(cd .. && pwd)/shared
[ -d "$shared/data" ] || { echo "the shared question sets are not beside the project"; exit 0; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
go build -o "$out/attache" ./cmd/attache
sets=${*:-article rtqa squad polnear timeqa mhr clapnq}
want() { [[ " $sets " == *" $1 "* ]]; }

# convert NAME < lines of a set > lines that `attache eval` takes
convert() {
  python3 -c '
import datetime, json, sys
kind = sys.argv[1]
for line in sys.stdin:
    q = json.loads(line)
    if kind == "rtqa":
        q = {"id": q["id"], "question": q["question"], "asked": q["date"]}
    elif kind == "rtqa-old":
        day = datetime.date.fromisoformat(q["date"]) - datetime.timedelta(days=180)
        q = {"id": q["id"], "question": q["question"], "asked": day.isoformat()}
    elif kind == "polnear":
        q = {"id": q["id"], "question": q["question"], "articles": [q["doc"]]}
    elif kind == "timeqa":
        q = {"id": q["id"], "question": q["question"], "articles": [q["article"]]}
    elif kind == "mhr":
        q = {"id": q["id"], "question": q["question"], "asked": "2024-02-01"}
    elif kind == "mhr-facts":
        q = {"id": q["id"], "title": q["title"], "outlet": q["source"], "url": q["url"], "date": q["date"], "text": q["fact"]}
    elif kind == "clapnq":
        # Each sentence of the set is a paragraph of its own, so that ours are the same.
        q = {"id": q["id"], "question": q["input"], "context": "\n\n".join(s for p in q["passages"] for s in p["sentences"])}
    elif kind == "timeqa-articles":
        q = {"id": q["id"], "title": q["paras"][0], "text": "\n\n".join(q["paras"])}
    print(json.dumps(q))
' "$1"
}

if want article; then
  for text in original account; do
    from=(); [ "$text" = account ] || from=(--article "$shared/article/putin-gift-kim-car.txt")
    "$out/attache" eval "${from[@]}" "$shared/data/article-dev/questions.jsonl" >"$out/article.jsonl"
    python3 - "$out/article.jsonl" "$shared/data/article-dev/questions.jsonl" "$text" <<'PY'
import json, sys
got = {r["id"]: r for r in map(json.loads, open(sys.argv[1]))}
right, wrong = 0, []
gold = [json.loads(l) for l in open(sys.argv[2])]
for q in gold:
    r = got[q["id"]]
    said = r["answer"] + " " + (r["sentences"][0]["text"] if r["sentences"] else "")
    ok = r["refused"] if not q["answers"] else not r["refused"] and any(a.lower() in said.lower() for a in q["answers"])
    right += ok
    if not ok: wrong.append(q["id"])
print("== article-dev, %s: %d of %d%s" % (sys.argv[3], right, len(gold), "  wrong: " + " ".join(wrong) if wrong else ""))
PY
  done
fi
if want rtqa; then
  d=$shared/data/rtqa-dev
  convert rtqa <"$d/questions.jsonl" >"$out/q.jsonl"
  "$out/attache" eval --corpus "$d/docs.jsonl.gz" "$out/q.jsonl" >"$out/rtqa.jsonl"
  convert rtqa-old <"$d/questions.jsonl" >"$out/q.jsonl"
  "$out/attache" eval --corpus "$d/docs.jsonl.gz" "$out/q.jsonl" >"$out/rtqa-old.jsonl"
  echo "== rtqa-dev, as of the question's date; refusal against a corpus that ends 180 days earlier"
  python3 "$shared/eval/rtqa.py" "$out/rtqa.jsonl" "$d/questions.jsonl" --relevance "$d/relevance.jsonl" --unanswerable "$out/rtqa-old.jsonl"
fi
if want squad; then
  d=$shared/data/squad-dev
  "$out/attache" eval "$d/questions.jsonl" >"$out/squad.jsonl"
  echo "== squad-dev"
  python3 "$shared/eval/squad.py" "$out/squad.jsonl" "$d/questions.jsonl"
fi
if want polnear; then
  d=$shared/data/polnear-dev
  convert polnear <"$d/qa.jsonl" >"$out/q.jsonl"
  "$out/attache" eval --corpus "$d/docs.jsonl" "$out/q.jsonl" >"$out/polnear.jsonl"
  echo "== polnear-dev"
  python3 "$shared/eval/polnear.py" "$out/polnear.jsonl" "$d/qa.jsonl"
fi
if want timeqa; then
  d=$shared/data/timeqa-dev
  gzip -dc "$d/articles.jsonl.gz" | convert timeqa-articles >"$out/corpus.jsonl"
  convert timeqa <"$d/questions.jsonl" >"$out/q.jsonl"
  "$out/attache" eval --corpus "$out/corpus.jsonl" "$out/q.jsonl" >"$out/timeqa.jsonl"
  echo "== timeqa-dev"
  python3 "$shared/eval/timeqa.py" "$out/timeqa.jsonl" "$d/questions.jsonl" "$d/articles.jsonl.gz"
fi
if want mhr; then
  d=$shared/data/mhr-dev
  convert mhr-facts <"$d/facts.jsonl" >"$out/corpus.jsonl"
  convert mhr <"$d/questions.jsonl" >"$out/q.jsonl"
  "$out/attache" eval --corpus "$out/corpus.jsonl" "$out/q.jsonl" >"$out/mhr.jsonl"
  echo "== mhr-dev (only the facts asked about are in the corpus: its refusals are easy)"
  python3 "$shared/eval/mhr.py" "$out/mhr.jsonl" "$d/questions.jsonl"
fi
if want clapnq; then
  d=$shared/data/clapnq-dev
  convert clapnq <"$d/questions.jsonl" >"$out/q.jsonl"
  "$out/attache" eval "$out/q.jsonl" >"$out/clapnq.jsonl"
  echo "== clapnq-dev"
  python3 "$shared/eval/as2.py" "$out/clapnq.jsonl" "$d/questions.jsonl"
fi
