"""What is in the project."""

print("models", sorted((each.name, each.status, each.get_depends_on_nodes()) for each in list_models()))
print("ids", sorted(list_models_ids().items()))
print("features", [(each.model, each.column, each.description, each.entity_column, each.timestamp_column) for each in list_features()])
print("tests", [(each.name, each.model, each.column, each.status) for each in list_tests()])
freshness = [(each.table_name, each.freshness and each.freshness.status) for each in list_sources()]
print("sources", freshness)
print("meta", [each.meta["fal"]["feature_store"]["entity_column"] for each in list_models() if each.name == "orders"])
