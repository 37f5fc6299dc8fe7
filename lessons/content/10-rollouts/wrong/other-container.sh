# step: roll
kubectl set image deployment/web my-app=my-app:2.0
