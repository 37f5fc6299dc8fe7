# step: brain
kubectl get pods -n kubesystem
