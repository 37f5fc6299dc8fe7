# step: machines
kubectl nodes
