"""One DAG for each account of the fleet, since each account has a rate limit of its own.

Put this file, activecampaign_fleet.py and accounts.json into the DAGs folder. For each account Airflow needs
  - a connection activecampaign_NAME, whose password is the API key,
  - a pool activecampaign_NAME with one slot (activecampaign_fleet.py prints them),
  - a directory /srv/activecampaign/NAME, on a disk that all workers share, with config.json ({} will do) and target.json;
    run.sh keeps the state there.
"""

from datetime import datetime, timedelta, timezone
from pathlib import Path

from activecampaign_fleet import load_accounts

try:
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.sdk import DAG
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.operators.bash import BashOperator

DIRECTORY = "/srv/activecampaign"

for account in load_accounts(Path(__file__).with_name("accounts.json")):
    with DAG(
        dag_id=account.dag_id,
        schedule=account.schedule,
        start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
        # What was missed comes with the next run: the state knows where to go on.
        catchup=False,
        # Two runs would share one budget of requests and overwrite each other's state.
        max_active_runs=1,
        tags=["activecampaign"],
    ) as dag:
        BashOperator(
            task_id="sync",
            bash_command=f"{DIRECTORY}/run.sh {DIRECTORY}/{account.name}",
            env={
                **account.environment,
                "TAP_ACTIVECAMPAIGN_API_TOKEN": f"{{{{ conn.{account.pool.replace('-', '_')}.password }}}}",
            },
            append_env=True,
            pool=account.pool,
            # A run that was killed or failed goes on where it stood, so trying again is cheap.
            retries=2,
            retry_delay=timedelta(minutes=5),
            execution_timeout=timedelta(hours=12),
        )
    globals()[account.dag_id] = dag
