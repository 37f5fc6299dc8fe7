# step: records
fault node-off node-2
kubectl get nodes
