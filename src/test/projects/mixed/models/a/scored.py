from lib.features import features

write_to_model(features(ref("orders")))
