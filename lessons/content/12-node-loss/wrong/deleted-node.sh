# step: off
kubectl delete node node-2
