# step: broken
kubectl set image deployment/web app=my-app:1.1
