"""What both models share: which columns they learn from, and how customers are scored."""

from typing import Any

import pandas as pd

FEATURES = [
    "purchases",
    "discs",
    "amount",
    "mean_amount",
    "largest_amount",
    "days_as_customer",
    "days_since_purchase",
    "days_between_purchases",
]


def train_and_score(classifier: Any, customers: pd.DataFrame, name: str) -> pd.DataFrame:
    """Train on the customers of the split 'train', then give every customer a probability to churn."""
    train = customers[customers["split"] == "train"]
    classifier.fit(train[FEATURES], train["churned"].astype(int))
    print(f"{name}: trained on {len(train)} of {len(customers)} customers")
    return pd.DataFrame(
        {
            "customer_id": customers["customer_id"],
            "model": name,
            "churn_probability": classifier.predict_proba(customers[FEATURES])[:, 1].astype(float),
        }
    )
