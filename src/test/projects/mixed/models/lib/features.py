def features(frame):
    return frame.assign(one=1)
