"""The rivals, and the packages that bring them."""

from benchmarks.environment import rival

AUTOGLUON = rival("autogluon", ["autogluon.tabular[lightgbm,catboost,xgboost,fastai]==1.6.3"])
LUDWIG = rival("ludwig", ["ludwig==0.17.10", "torch==2.13.0", "torchvision==0.28.0", "torchaudio==2.11.0"])
