# step: update
kubectl set image deployment/front front=my-app:2.0
