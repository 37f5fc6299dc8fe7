# step: describe
kubectl logs deployment/clerk
