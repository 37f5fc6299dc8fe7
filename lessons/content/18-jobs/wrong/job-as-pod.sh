# step: once
kubectl logs report
