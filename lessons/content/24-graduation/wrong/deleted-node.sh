# step: survive
kubectl delete node node-1
