import pandas
from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    def initialize(self, config):
        self._factor = config["factor"]

    def configure_connection(self, conn):
        conn.create_function("times_factor", lambda x: x * self._factor, ["BIGINT"], "BIGINT")

    def load(self, source_config):
        return pandas.DataFrame({"id": [1, 2], "made": [self._factor, source_config["start"]]})
