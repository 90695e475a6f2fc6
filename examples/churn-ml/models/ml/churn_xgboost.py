"""Boosted trees of XGBoost."""

from fal import ref, write_to_model
from scoring import train_and_score
from xgboost import XGBClassifier

# one thread: so few rows are not worth sharing
classifier = XGBClassifier(
    n_estimators=150,
    max_depth=3,
    learning_rate=0.05,
    subsample=0.8,
    random_state=1,
    n_jobs=1,
)

write_to_model(train_and_score(classifier, ref("customer_features"), "xgboost"))
