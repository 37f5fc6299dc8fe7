# step: drain
kubectl uncordon node-3
