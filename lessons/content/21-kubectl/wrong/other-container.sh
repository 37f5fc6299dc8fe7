# step: apply
kubectl set image deployment/clerk app=my-app:1.0
