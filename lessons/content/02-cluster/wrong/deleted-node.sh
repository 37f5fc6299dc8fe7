# step: records
kubectl delete node node-3
