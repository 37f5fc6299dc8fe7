# step: machines
kubectl get all
