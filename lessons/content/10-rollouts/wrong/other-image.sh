# step: roll
kubectl set image deployment/web app=my-app:3.0
