# step: machines
kubectl get cluster
