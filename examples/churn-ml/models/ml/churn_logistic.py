"""Logistic regression of scikit-learn on the logarithms of the features."""

import numpy as np
from fal import ref, write_to_model
from scoring import train_and_score
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

classifier = make_pipeline(
    FunctionTransformer(np.log1p),
    StandardScaler(),
    LogisticRegression(max_iter=1000),
)

write_to_model(train_and_score(classifier, ref("customer_features"), "logistic"))
