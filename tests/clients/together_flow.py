"""Runs Together's own SDK through a job's whole life; prints what it found as JSON.

Usage: python together_flow.py BASE_URL SIM_URL. Runs in an environment that has ``together``, and not
this project.
"""

import hashlib
import json
import sys
import urllib.request

import together

MODEL = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"


def main(base_url: str, sim_url: str) -> None:
    client = together.Together(
        api_key="of-the-caller", base_url=base_url, max_retries=0, _strict_response_validation=True
    )
    tuning = client.fine_tuning
    created = tuning.create(training_file="file-train", model=MODEL)
    job = created.id
    found = {"created": str(created.status), "listed": [item.id == job for item in tuning.list().data]}
    switch(sim_url, "advance", id=job, to="completed")
    switch(sim_url, "mode", size=3_000_000)
    found["retrieved"] = str(tuning.retrieve(job).status)
    found["events"] = len(tuning.list_events(job).data)
    found["checkpoints"] = len(tuning.list_checkpoints(job).data)
    found["metrics"] = len(tuning.list_metrics(job, resolution=10).metrics)
    found["content"] = hashlib.sha256(tuning.content(ft_id=job, checkpoint="adapter").read()).hexdigest()
    other = tuning.create(training_file="file-train", model=MODEL).id
    found["cancelled"] = str(tuning.cancel(other).status)
    found["deleted"] = job in str(tuning.delete(job))
    try:
        tuning.retrieve(job)
    except together.NotFoundError as error:
        found["then"] = error.status_code
    print(json.dumps(found))


def switch(sim_url: str, name: str, **fields: object) -> None:
    request = urllib.request.Request(
        f"{sim_url}/__sim__/{name}",
        data=json.dumps(fields).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request).read()


if __name__ == "__main__":
    main(*sys.argv[1:])
